// The chosen theme, before the first paint.
try {
  const kept = localStorage.getItem('mantlet.theme');
  if (kept === 'light' || kept === 'dark') document.documentElement.dataset.theme = kept;
} catch { /* private windows keep nothing */ }
