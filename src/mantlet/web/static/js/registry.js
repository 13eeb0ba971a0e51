// @ts-check
/** The views and panels that there are; each is read when it is first opened. */

/** @typedef {{id: string, icon: string, order: number, load: () => Promise<any>}} Part its module's default export has `mount(root, app)`, which returns how to unmount */

/** @type {Part[]} */
export const views = [
  { id: 'design', icon: 'design', order: 0, load: () => import('./design.js') },
  { id: 'table', icon: 'table', order: 1, load: () => import('./tableview.js') },
  { id: 'risks', icon: 'risks', order: 2, load: () => import('./risks/list.js') },
  { id: 'questions', icon: 'questions', order: 3, load: () => import('./risks/questions.js') },
  { id: 'plan', icon: 'plan', order: 4, load: () => import('./pages/plan.js') },
  { id: 'discover', icon: 'discover', order: 5, load: () => import('./pages/discover.js') },
  { id: 'evidence', icon: 'evidence', order: 6, load: () => import('./pages/evidence.js') },
  { id: 'privacy', icon: 'privacy', order: 7, load: () => import('./pages/privacy.js') },
  { id: 'history', icon: 'history', order: 8, load: () => import('./pages/history.js') },
  { id: 'report', icon: 'report', order: 9, load: () => import('./pages/report.js') },
  { id: 'workshop', icon: 'workshop', order: 10, load: () => import('./pages/workshop.js') },
  { id: 'files', icon: 'files', order: 11, load: () => import('./pages/files.js') },
];

/** @type {Part[]} beside the drawing */
export const panels = [
  { id: 'properties', icon: 'rename', order: 0, load: () => import('./properties.js') },
  { id: 'threats', icon: 'risks', order: 1, load: () => import('./risks/panel.js') },
  { id: 'explain', icon: 'help', order: 2, load: () => import('./risks/explain.js') },
  { id: 'paths', icon: 'link', order: 3, load: () => import('./risks/paths.js') },
];
