// @ts-check
// The report as others will read it, to look at and to take along; compliance and what was considered beside it.

import { button, h, select } from '../dom.js';
import { t } from '../words.js';
import { act, frame, put, tabs } from './common.js';
import { compliance, LAWS } from './compliance.js';
import { matrix } from './considered.js';

const FORMATS = ['html', 'pdf', 'md', 'xlsx', 'csv', 'json'];
/** Kept while the page is not shown. */
const asked = { tab: 'preview', compliance: '' };

/** @param {HTMLElement} root @param {any} app */
function mount(root, app) {
  const body = frame(root, { id: 'report', title: t('view.report'), lead: t('report.lead') });
  const off = app.store.on('register', () => old.forEach((tell) => tell()));
  /** @type {Set<() => void>} */
  const old = new Set();
  body.append(
    tabs(
      t('view.report'),
      [
        { id: 'preview', title: t('report.tab.preview'), draw: (panel) => preview(panel, app, old) },
        { id: 'compliance', title: t('report.tab.compliance'), draw: (panel) => compliance(panel, app) },
        { id: 'considered', title: t('report.tab.considered'), draw: (panel) => matrix(panel, app) },
      ],
      app.nav.params.tab ?? asked.tab,
      (id) => (asked.tab = id),
    ),
  );
  return off;
}

/** @param {any} app @param {string} format */
const where = (app, format) => app.api.url('/report', { format, compliance: asked.compliance });

/** @param {HTMLElement} panel @param {any} app @param {Set<() => void>} old */
function preview(panel, app, old) {
  const page = h('iframe', {
    class: 'pg-report',
    title: t('report.frame'),
    src: where(app, 'html'),
    sandbox: 'allow-scripts allow-popups',
  });
  const said = h('span', { class: 'pg-muted', role: 'status' });
  const again = () => {
    page.src = where(app, 'html');
    said.textContent = '';
  };
  old.clear();
  old.add(() => (said.textContent = t('report.old')));
  const view = select(
    [{ value: '', label: t('report.whole') }, ...LAWS.map((id) => ({ value: id, label: t(`report.rules.${id}`) }))],
    asked.compliance,
    (value) => {
      asked.compliance = value;
      again();
    },
    { 'aria-label': t('report.view') },
  );
  const saves = FORMATS.map((format) =>
    act(t(`report.as.${format}`), () => app.api.download('/report', { format, compliance: asked.compliance }), {
      icon: 'save',
      disabled: format === 'pdf' && app.store.project?.extras?.pdf === false,
      title:
        format === 'pdf' && app.store.project?.extras?.pdf === false
          ? t('report.no-pdf')
          : t(`report.as.${format}.hint`),
    }),
  );
  put(panel, [
    h(
      'div',
      { class: 'pg-filters' },
      h('div', { class: 'pg-row', role: 'group', 'aria-label': t('report.save') }, saves),
      h('span', { class: 'pg-grow' }),
      view,
      button('', again, { icon: 'redo', title: t('report.again') }),
      button('', () => window.open(where(app, 'html'), '_blank', 'noopener'), { icon: 'eye', title: t('report.open') }),
      said,
    ),
    page,
  ]);
}

export default { id: 'report', mount };
