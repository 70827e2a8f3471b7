// A link leads to a row that the arrow keys can go on from. The browser scrolls
// what it leads to to the top, and what sticks to the window as well: so go
// back, and from there only as far as it takes.
let before = 0;

main.addEventListener('click', (event) => {
  if (event.target.closest('a')) before = scrollY;
});

addEventListener('hashchange', () => {
  const li = $(decodeURIComponent(location.hash.slice(1)));
  if (!li || !main.contains(li)) return;
  scrollTo(scrollX, before);
  if (li.closest('#tree')) {
    for (let at = parent(li); at; at = parent(at)) at.querySelector('details').open = true;
    row(li).focus({ preventScroll: true });
  }
  const { top, bottom } = (li.querySelector('.row') ?? li).getBoundingClientRect();
  if (top < 50 || bottom > innerHeight) (li.querySelector('.row') ?? li).scrollIntoView({ block: 'center' });
});
