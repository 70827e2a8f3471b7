// A large page is read and applied in slices, between which keys and clicks are
// handled.
const slice = 8; // ms
let since = 0; // when the slice began
let busy = 0; // what the slices of this refresh have taken

const due = () => performance.now() - since >= slice;

async function pause() {
  busy += performance.now() - since;
  await (globalThis.scheduler?.yield ? scheduler.yield() : new Promise((go) => setTimeout(go)));
  since = performance.now();
}
