const folded = new Set(); // the ids of the rows that have been folded here

// fold folds those rows of a new element.
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

// toggle does not bubble.
main.addEventListener('toggle', ({ target }) => {
  if (!target.isConnected || target.nodeName !== 'DETAILS') return;
  if (target.open) folded.delete(idOf(target));
  else folded.add(idOf(target));
}, true);

function foldAll(open) {
  for (const details of main.querySelectorAll('#tree details')) details.open = open;
}
