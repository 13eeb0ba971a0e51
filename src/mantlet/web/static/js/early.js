// Before the modules are there: the chosen theme, and the first questions to the server.
try {
  const kept = localStorage.getItem('mantlet.theme');
  if (kept === 'light' || kept === 'dark') document.documentElement.dataset.theme = kept;
} catch {
  /* private windows keep nothing */
}
globalThis.early = new Map(
  ['/project', '/vocabulary', '/model'].map((path) => [
    path,
    fetch(`/api${path}`, { headers: { 'X-Mantlet': '1' } }).catch(() => null),
  ]),
);
