$('tools').hidden = false;
filter.addEventListener('input', applyFilter);
$('fold').addEventListener('click', () => foldAll(false));
$('unfold').addEventListener('click', () => foldAll(true));
$('stop').addEventListener('click', () => {
  stopped = !stopped;
  $('stop').textContent = stopped ? 'Continue' : 'Stop';
  state('');
  schedule(0);
});
document.addEventListener('visibilitychange', () => schedule(0));
schedule(1000);
