// Once a second while the page is visible and not stopped, the same page is
// fetched, and what differs is applied.
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
      state('');
    }
  } catch (failure) {
    state('not refreshed: ' + failure.message);
  } finally {
    fetching = false;
    schedule(Math.max(1000, 3 * busy)); // a large page leaves most of the time to other things
  }
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
      if (due()) await pause();
    }
    busy += performance.now() - since;
  }
  next.close();
  return next;
}

// state shows, beside the time, that and why the page is not refreshed.
function state(text) {
  const news = $('news');
  if (stopped) text = 'stopped';
  if (news.textContent !== text) news.textContent = text;
  news.classList.toggle('bad', text !== '' && !stopped);
}

async function update(next) {
  if (!next.querySelector('main > #tasks')) throw new Error('the answer is not this page');
  const focused = document.activeElement;
  const place = focused.closest('#tree li');
  const up = place && parent(place);
  since = performance.now();
  anchor();
  document.title = next.title;
  for (const part of ['time', '#states', 'main']) {
    for (const _ of morph(document.querySelector(part), next.querySelector(part))) {
      if (!due()) continue;
      hold();
      await pause();
      anchor();
    }
  }
  if (place && !focused.isConnected && document.activeElement === document.body) {
    // The row that had the focus is another one now, or gone: then the one
    // it was in gets the focus, so that the arrow keys go on from there.
    const to = [place, up].find((li) => li && li.isConnected) || first();
    if (to) row(to).focus({ preventScroll: true });
  }
  applyFilter();
  hold();
  busy += performance.now() - since;
}
