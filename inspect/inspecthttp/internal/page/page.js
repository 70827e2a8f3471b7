'use strict';
(() => {
  const $ = (id) => document.getElementById(id);
  const main = document.querySelector('main');
  const news = $('news');
  const filter = $('filter');
  const folded = new Set(); // the ids of the rows that the reader has folded
  const own = new Set(['open', 'hidden']); // attributes that are the reader's, not the server's

  // ---- refreshing ----------------------------------------------------------

  let stopped = false;
  let timer = 0;
  let fetching = false;

  function schedule(ms) {
    clearTimeout(timer);
    if (!stopped && !document.hidden) timer = setTimeout(refresh, ms);
  }

  async function refresh() {
    if (fetching) return; // the one under way schedules the next
    fetching = true;
    busy = 0;
    try {
      const answer = await fetch(location.pathname + location.search, { cache: 'no-store', signal: AbortSignal.timeout(20000) });
      if (!answer.ok) throw new Error((await answer.text()).split('\n')[0]);
      const next = await parse(answer.body);
      if (!stopped) {
        await update(next);
        say('', false);
      }
    } catch (failure) {
      say('not refreshed: ' + failure.message, true);
    } finally {
      fetching = false;
      schedule(Math.max(1000, 3 * busy)); // a large page leaves most of the time to the reader
    }
  }

  // A large page is read and applied in slices, so that keys and clicks are
  // never kept waiting.
  const slice = 8; // ms
  let busy = 0;
  let since = 0;

  async function breathe() {
    if (performance.now() - since < slice) return;
    restore();
    busy += performance.now() - since;
    await (globalThis.scheduler?.yield ? scheduler.yield() : new Promise((go) => setTimeout(go)));
    since = performance.now();
    remember();
  }

  // What is in sight stays where it is when rows above it come and go: remember
  // notes some of it before a slice, restore scrolls back to the first that is
  // still there. Not every browser does that by itself.
  let sights = [];

  function remember() {
    sights = [];
    if (scrollY === 0) return; // the top is what is looked at
    const left = $('tasks').getBoundingClientRect().left + 60;
    const focused = document.activeElement;
    const seen = new Set(focused.matches('.row') ? [focused] : []);
    for (let y = 50; y < innerHeight; y += 60) {
      const at = document.elementFromPoint(left, y)?.closest('.row, li, h2');
      if (at && main.contains(at)) seen.add(at);
    }
    for (const at of seen) {
      const { top, bottom } = at.getBoundingClientRect();
      if (bottom > 0 && top < innerHeight) sights.push({ at, top });
    }
  }

  function restore() {
    const sight = sights.find(({ at }) => at.isConnected && at.checkVisibility());
    sights = [];
    if (!sight) return;
    const moved = sight.at.getBoundingClientRect().top - sight.top;
    if (Math.abs(moved) >= 1) scrollBy(0, moved);
  }

  // parse reads HTML into a document of its own, in which nothing runs.
  async function parse(body) {
    const next = document.implementation.createHTMLDocument('');
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    next.open();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      since = performance.now();
      for (let at = 0; at < value.length; at += 1 << 16) {
        next.write(value.slice(at, at + (1 << 16)));
        await breathe();
      }
      busy += performance.now() - since;
    }
    next.close();
    return next;
  }

  function say(text, bad) {
    if (stopped) text = 'stopped';
    if (news.textContent !== text) news.textContent = text;
    news.classList.toggle('bad', bad && !stopped);
  }

  async function update(next) {
    const from = next.querySelector('main');
    if (!from) throw new Error('the answer is not this page');
    const focused = document.activeElement;
    const place = focused && focused.closest('#tree li');
    const up = place && place.parentElement.closest('li');
    since = performance.now();
    remember();
    document.title = next.title;
    for (const [old, now] of [[$('states'), next.getElementById('states')], [document.querySelector('time'), next.querySelector('time')], [main, from]]) {
      for (const _ of morph(old, now)) await breathe();
    }
    if (place && !focused.isConnected && document.activeElement === document.body) {
      // The row that had the focus is another one now, or gone: then the one
      // it was in gets the focus, so that the arrow keys go on from there.
      const to = [place, up].find((li) => li && li.isConnected) || first();
      if (to) row(to).focus({ preventScroll: true });
    }
    applyFilter();
    restore();
    busy += performance.now() - since;
  }

  // morph makes old like now, and changes only what differs: so focus,
  // selection, scroll position and folds stay. It can be interrupted after each
  // row.
  function* morph(old, now) {
    if (old.isEqualNode(now)) return;
    for (const { name } of [...old.attributes]) {
      if (!now.hasAttribute(name) && !own.has(name)) old.removeAttribute(name);
    }
    for (const { name, value } of now.attributes) {
      if (old.getAttribute(name) !== value && !own.has(name)) old.setAttribute(name, value);
    }
    const keyed = new Map();
    const wanted = new Set();
    for (const child of now.children) if (child.id) wanted.add(child.id);
    for (const child of [...old.children]) {
      if (!child.id) continue;
      if (wanted.has(child.id)) keyed.set(child.id, child);
      else child.remove();
    }
    let at = old.firstChild;
    for (let next = now.firstChild; next; ) {
      const child = next;
      next = next.nextSibling;
      const same = child.id ? keyed.get(child.id) : at && !at.id && at.nodeName === child.nodeName ? at : null;
      if (same && same.nodeName === child.nodeName) {
        if (same === at) at = at.nextSibling;
        else old.insertBefore(same, at);
        if (same.nodeType === Node.ELEMENT_NODE) yield* morph(same, child);
        else if (same.data !== child.data) same.data = child.data;
      } else {
        if (same && same === at) at = at.nextSibling;
        if (same) same.remove();
        old.insertBefore(fold(child), at);
      }
      if (child.nodeName === 'LI') yield;
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  }

  // fold folds in what is new the rows that the reader has folded before.
  function fold(fresh) {
    if (fresh.nodeType === Node.ELEMENT_NODE && folded.size) {
      for (const details of [fresh, ...fresh.querySelectorAll('details')]) {
        if (details.nodeName === 'DETAILS' && folded.has(idOf(details))) details.open = false;
      }
    }
    return fresh;
  }

  function idOf(details) {
    return details.closest('li').id;
  }

  // ---- folding -------------------------------------------------------------

  // toggle does not bubble.
  main.addEventListener('toggle', ({ target }) => {
    if (!target.isConnected || target.nodeName !== 'DETAILS') return;
    if (target.open) folded.delete(idOf(target));
    else folded.add(idOf(target));
  }, true);

  function foldAll(open) {
    for (const details of main.querySelectorAll('#tree details')) details.open = open;
  }

  // ---- the keyboard --------------------------------------------------------

  const row = (li) => li.querySelector('.row');
  const first = () => main.querySelector('#tree > li:not([hidden])');
  const list = (li) => li.querySelector(':scope > details[open] > ul');

  function sibling(li, which) {
    do li = li[which];
    while (li && li.hidden);
    return li;
  }

  function below(li) {
    const ul = list(li);
    if (ul && ul.firstElementChild) {
      const child = ul.firstElementChild;
      return child.hidden ? sibling(child, 'nextElementSibling') : child;
    }
    for (; li; li = parent(li)) {
      const next = sibling(li, 'nextElementSibling');
      if (next) return next;
    }
    return null;
  }

  function above(li) {
    const previous = sibling(li, 'previousElementSibling');
    return previous ? last(previous) : parent(li);
  }

  function last(li) {
    for (let ul; (ul = list(li)) && ul.lastElementChild; ) {
      const child = ul.lastElementChild.hidden ? sibling(ul.lastElementChild, 'previousElementSibling') : ul.lastElementChild;
      if (!child) break;
      li = child;
    }
    return li;
  }

  function parent(li) {
    return li.parentElement.closest('#tree li');
  }

  const keys = {
    ArrowDown: below,
    ArrowUp: above,
    Home: first,
    End: () => {
      let li = main.querySelector('#tree').lastElementChild;
      if (li && li.hidden) li = sibling(li, 'previousElementSibling');
      return li && last(li);
    },
    ArrowRight: (li) => {
      const details = li.querySelector(':scope > details');
      if (!details) return null;
      if (details.open) return below(li);
      details.open = true;
      return li;
    },
    ArrowLeft: (li) => {
      const details = li.querySelector(':scope > details');
      if (!details || !details.open) return parent(li);
      details.open = false;
      return li;
    },
  };

  main.addEventListener('keydown', (event) => {
    const li = event.target.closest('#tree li');
    const go = keys[event.key];
    if (!li || !go || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const to = go(li);
    if (!to) return;
    row(to).focus();
    row(to).scrollIntoView({ block: 'nearest' });
  });

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

  // ---- filtering -----------------------------------------------------------

  let filtered = false;

  function applyFilter() {
    const words = filter.value.toLowerCase();
    if (!words && !filtered) return;
    filtered = words !== '';
    const tree = $('tree');
    if (tree) for (const li of tree.children) show(li, words);
  }

  // show hides li unless it or something in it contains the words.
  function show(li, words) {
    let found = row(li).textContent.toLowerCase().includes(words);
    const ul = li.querySelector(':scope > details > ul');
    if (ul) for (const child of ul.children) found = show(child, words) || found;
    if (li.hidden === found) li.hidden = !found;
    return found;
  }

  // ---- wiring --------------------------------------------------------------

  $('tools').hidden = false;
  filter.addEventListener('input', applyFilter);
  $('fold').addEventListener('click', () => foldAll(false));
  $('unfold').addEventListener('click', () => foldAll(true));
  $('stop').addEventListener('click', () => {
    stopped = !stopped;
    $('stop').textContent = stopped ? 'Continue' : 'Stop';
    say('', false);
    schedule(0);
  });
  document.addEventListener('visibilitychange', () => schedule(0));
  schedule(1000);
})();
