// What the window shows stays where it is when rows above it come and go. Not
// every browser does that by itself.
let anchors = [];

// anchor notes, before a slice, where some of it is.
function anchor() {
  anchors = [];
  if (scrollY === 0) return; // what comes above the first row is to be seen
  const left = $('tasks').getBoundingClientRect().left + 60;
  const focused = document.activeElement;
  const shown = new Set(focused.matches('.row') ? [focused] : []);
  for (let y = 50; y < innerHeight; y += 60) {
    const at = document.elementFromPoint(left, y)?.closest('.row, li, h2');
    if (at && main.contains(at)) shown.add(at);
  }
  for (const at of shown) {
    const { top, bottom } = at.getBoundingClientRect();
    if (bottom > 0 && top < innerHeight) anchors.push({ at, top });
  }
}

// hold scrolls, after a slice, so that the first of it that is still there is
// where it was.
function hold() {
  const still = anchors.find(({ at }) => at.isConnected && at.checkVisibility());
  anchors = [];
  if (!still) return;
  const moved = still.at.getBoundingClientRect().top - still.top;
  if (Math.abs(moved) >= 1) scrollBy(0, moved);
}
