// @ts-check
// The report as others will read it, to look at and to take along; compliance and what was considered beside it.

import { button, h, select } from '../dom.js';
import { t } from '../words.js';
import { act, empty, frame, load, put, risk, section, severity, tabs, tag } from './common.js';
import { matrix } from './considered.js';

const FORMATS = ['html', 'pdf', 'md', 'xlsx', 'csv', 'json'];
const RULES = ['gdpr', 'ai-act'];
/** Kept while the page is not shown. */
const asked = { tab: 'preview', compliance: '', rules: 'gdpr' };

/** @param {HTMLElement} root @param {any} app */
function mount(root, app) {
  const body = frame(root, { id: 'report', title: t('view.report'), lead: t('report.lead') });
  const off = app.store.on('register', () => old.forEach((tell) => tell()));
  /** @type {Set<() => void>} */
  const old = new Set();
  body.append(tabs(t('view.report'), [
    { id: 'preview', title: t('report.tab.preview'), draw: (panel) => preview(panel, app, old) },
    { id: 'compliance', title: t('report.tab.compliance'), draw: (panel) => compliance(panel, app) },
    { id: 'considered', title: t('report.tab.considered'), draw: (panel) => matrix(panel, app) },
  ], app.nav.params.tab ?? asked.tab, (id) => (asked.tab = id)));
  return off;
}

/** @param {any} app @param {string} format */
const where = (app, format) => app.api.url('/report', { format, compliance: asked.compliance });

/** @param {HTMLElement} panel @param {any} app @param {Set<() => void>} old */
function preview(panel, app, old) {
  const page = h('iframe', { class: 'pg-report', title: t('report.frame'), src: where(app, 'html'), sandbox: 'allow-scripts allow-popups' });
  const said = h('span', { class: 'pg-muted', role: 'status' });
  const again = () => {
    page.src = where(app, 'html');
    said.textContent = '';
  };
  old.clear();
  old.add(() => (said.textContent = t('report.old')));
  const view = select([{ value: '', label: t('report.whole') }, ...RULES.map((id) => ({ value: id, label: t(`report.rules.${id}`) }))], asked.compliance, (value) => { asked.compliance = value; again(); }, { 'aria-label': t('report.view') });
  const saves = FORMATS.map((format) => act(t(`report.as.${format}`), () => app.api.download('/report', { format, compliance: asked.compliance }), {
    icon: 'save', disabled: format === 'pdf' && app.store.project?.extras?.pdf === false, title: format === 'pdf' && app.store.project?.extras?.pdf === false ? t('report.no-pdf') : t(`report.as.${format}.hint`) }));
  put(panel, [h('div', { class: 'pg-filters' }, h('div', { class: 'pg-row', role: 'group', 'aria-label': t('report.save') }, saves), h('span', { class: 'pg-grow' }), view,
    button('', again, { icon: 'redo', title: t('report.again') }), button('', () => window.open(where(app, 'html'), '_blank', 'noopener'), { icon: 'eye', title: t('report.open') }), said), page]);
}

/** @param {HTMLElement} panel @param {any} app */
function compliance(panel, app) {
  const result = h('div', { class: 'pg-result' });
  const show = () => load(result, async () => {
    try {
      return await app.api.get('/compliance', { of: asked.rules });
    } catch (error) {
      if (/** @type {any} */ (error).status === 404) return null;
      throw error;
    }
  }, (made) => (made ? articles(app, made) : empty(t('report.no-compliance.title'), t('report.no-compliance.text'))));
  put(panel, [h('div', { class: 'pg-filters' }, select(RULES.map((id) => ({ value: id, label: t(`report.rules.${id}`) })), asked.rules, (value) => { asked.rules = value; void show(); }, { 'aria-label': t('report.rules') }), h('p', { class: 'pg-muted pg-grow' }, t('report.compliance.lead'))), result]);
  void show();
}

/** @param {any} app @param {any} made */
function articles(app, made) {
  const open = made.articles.filter((/** @type {any} */ item) => item.open.length);
  const quiet = made.articles.filter((/** @type {any} */ item) => !item.open.length);
  const row = (/** @type {any} */ item) => h('details', { class: 'pg-fold', open: item.open.length > 0 && item.open.length < 4 }, h('summary', null, h('span', null, h('strong', null, item.id), ` ${item.title}`), h('span', { class: 'pg-tab-count' }, String(item.open.length)), standing(item)),
    item.open.length ? h('ul', { class: 'pg-list' }, item.open.map((/** @type {any} */ entry) => h('li', null, severity(entry.severity), h('span', { class: 'pg-grow' }, risk(app, entry.id, entry.title))))) : h('p', { class: 'pg-muted' }, t('report.article.quiet')),
    controls(item));
  return [section(t('report.articles.open', { n: open.length }), open.map(row)), quiet.length ? section(t('report.articles.quiet', { n: quiet.length }), quiet.map(row)) : null];
}

/** @param {any} item */
function standing(item) {
  const settled = Array.isArray(item.settled) ? item.settled.length : Number(item.settled ?? 0);
  return settled ? tag(t('report.article.settled', { n: settled }), 'ok') : null;
}

/** @param {any} item */
function controls(item) {
  if (!item.controls?.length) return null;
  return h('p', { class: 'pg-muted' }, t('report.article.controls'), ' ', item.controls.map((/** @type {any} */ entry) => tag(typeof entry === 'string' ? entry : entry.title || entry.id)));
}

export default { id: 'report', mount };
