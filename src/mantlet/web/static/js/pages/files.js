// @ts-check
// Models in and out: other files of the project, files of other tools brought in with what became of everything, and
// this model written for other tools with what they cannot hold.

import { confirm, dialog, h, toast } from '../dom.js';
import { t } from '../words.js';
import { act, empty, frame, load, problem, put, section, sheet, shown, tag, tell } from './common.js';
import { fates } from './fates.js';

const LIMIT = 50 * 2 ** 20;

/** @param {HTMLElement} root @param {any} app */
function mount(root, app) {
  const body = frame(root, { id: 'files', title: t('view.files'), lead: t('files.lead') });
  const offered = h('div', { class: 'pg-result' });
  const models = h('div', null);
  const formats = h('div', null);
  body.append(
    section(t('files.import'), [dropzone(app, offered), offered], { lead: t('files.import.lead') }),
    section(t('files.models'), models, { lead: t('files.models.lead') }),
    section(t('files.export'), formats, { lead: t('files.export.lead') }),
  );
  const again = () =>
    void load(
      models,
      () => app.api.get('/models'),
      (found) => list(app, Array.isArray(found) ? found : found.models, offered, again),
    );
  again();
  void load(
    formats,
    () => app.api.get('/formats'),
    (found) => exports(app, Array.isArray(found) ? found : found.formats),
  );
  return () => {};
}

/** Where a file is dropped or chosen. @param {any} app @param {HTMLElement} offered */
function dropzone(app, offered) {
  const take = (/** @type {File | undefined | null} */ file) => {
    if (file && file.size > LIMIT)
      put(offered, problem({ message: t('files.too-large'), mend: t('files.too-large.mend') }));
    else if (file) void look(app, offered, () => app.api.post('/import', file, { name: file.name }));
  };
  const input = h('input', {
    type: 'file',
    class: 'pg-hidden',
    tabindex: -1,
    'aria-hidden': 'true',
    onchange: () => {
      take(input.files?.[0]);
      input.value = '';
    },
  });
  const zone = h(
    'div',
    { class: 'pg-drop' },
    h('p', null, t('files.drop')),
    act(t('files.choose'), () => input.click(), { icon: 'into', disabled: app.store.readOnly }),
    input,
    h('p', { class: 'pg-muted' }, t('files.kinds')),
  );
  for (const [event, on] of /** @type {[string, boolean][]} */ ([
    ['dragover', true],
    ['dragleave', false],
    ['drop', false],
  ])) {
    zone.addEventListener(event, (/** @type {DragEvent} */ moved) => {
      moved.preventDefault();
      zone.classList.toggle('over', on);
      if (event === 'drop') take(moved.dataTransfer?.files[0]);
    });
  }
  return zone;
}

/** Show what a file would become, before anything is replaced. @param {any} app @param {HTMLElement} place @param {() => Promise<any>} ask */
function look(app, place, ask) {
  put(place, null);
  return load(place, ask, (made) =>
    h(
      'section',
      { class: 'pg-offer', 'aria-label': t('files.preview') },
      h('header', null, h('h3', null, t('files.preview.of', { what: made.title || made.format })), tag(made.format)),
      summary(made.summary),
      ...(made.warnings ?? []).map((/** @type {string} */ text) => h('p', { class: 'pg-note' }, text)),
      made.summary.elements ? null : h('p', { class: 'pg-note' }, t('files.empty')),
      made.summary.elements || made.notes.length ? fates(made.notes) : null,
      h(
        'div',
        { class: 'pg-row' },
        act(t('files.replace'), () => replace(app, place, made), { kind: 'primary', disabled: app.store.readOnly }),
        made.can_update
          ? act(t('files.update'), () => update(app, place, made), {
              title: t('files.update.hint'),
              disabled: app.store.readOnly,
            })
          : null,
        act(t('files.discard'), () => put(place, null), { kind: 'quiet' }),
        h('span', { class: 'pg-muted' }, t('files.replace.hint')),
      ),
    ),
  );
}

/** @param {Record<string, number>} counts */
function summary(counts) {
  return h(
    'div',
    { class: 'pg-cards' },
    Object.entries(counts ?? {}).map(([name, n]) =>
      h('div', { class: 'pg-card' }, h('b', null, String(n)), h('span', null, t(`files.count.${name}`))),
    ),
  );
}

/** @param {any} app @param {HTMLElement} place @param {any} made */
async function replace(app, place, made) {
  const there = Object.keys(app.store.model.elements ?? {}).length;
  if (
    there &&
    !(await confirm(
      t('files.replace'),
      t('files.replace.sure', { n: there, file: app.store.project.file }),
      t('files.replace'),
    ))
  )
    return;
  const answer = await app.store.change([], {
    path: '/import/apply',
    body: { preview: made.preview, how: 'replace' },
    label: t('files.replace.label'),
  });
  if (!answer) return;
  put(place, null);
  toast(t('files.replaced'), { kind: 'ok', action: { label: t('undo'), run: () => app.history.undo() } });
  app.nav.open('design');
}

/** Only what changed in the file since its last import. @param {any} app @param {HTMLElement} place @param {any} made */
async function update(app, place, made) {
  const answer = await app.store.change([], {
    path: '/import/apply',
    body: { preview: made.preview, how: 'update' },
    label: t('files.update.label'),
  });
  if (!answer) return;
  const kept = answer.kept_yours ?? [];
  put(
    place,
    kept.length
      ? h(
          'div',
          { class: 'pg-note' },
          h('p', null, t('files.kept-yours', { n: kept.length })),
          h(
            'ul',
            { class: 'pg-list' },
            kept.map((/** @type {any} */ item) =>
              h(
                'li',
                null,
                h('code', null, item.path.join('.')),
                h(
                  'span',
                  { class: 'pg-grow' },
                  h('del', null, shown(item.theirs)),
                  ' ',
                  h('ins', null, shown(item.mine)),
                ),
              ),
            ),
          ),
        )
      : null,
  );
  toast(t('files.updated'), { kind: 'ok', action: { label: t('undo'), run: () => app.history.undo() } });
}

/** Models that the project's folder has. @param {any} app @param {any[]} models @param {HTMLElement} offered @param {() => void} again */
function list(app, models, offered, again) {
  if (!models.length) return empty(t('files.models.none.title'), t('files.models.none.text'));
  const open = async (/** @type {any} */ item) => {
    if (item.kind !== 'mantlet') {
      await look(app, offered, () => app.api.post('/import/file', { path: item.path }));
      offered.scrollIntoView({ block: 'nearest' });
      return;
    }
    await app.api.post('/project/open', { path: item.path });
    location.hash = '#/design';
    location.reload();
  };
  return h(
    'ul',
    { class: 'pg-list' },
    models.map((item) =>
      h(
        'li',
        null,
        h('code', null, item.path),
        h('span', { class: 'pg-grow pg-muted' }, item.title),
        tag(item.kind === 'mantlet' ? t('files.ours') : item.kind, item.kind === 'mantlet' ? 'accent' : ''),
        item.current
          ? tag(t('files.current'), 'ok')
          : act(
              item.kind === 'mantlet' ? t('files.open') : t('files.look'),
              () =>
                open(item).catch((error) => {
                  tell(error);
                  again();
                }),
              { title: t('files.open.hint', { path: item.path }) },
            ),
      ),
    ),
  );
}

/** Formats that can be written. @param {any} app @param {any[]} formats */
function exports(app, formats) {
  const rows = formats
    .filter((item) => item.write)
    .map((item) =>
      h(
        'tr',
        null,
        h(
          'th',
          { scope: 'row' },
          item.title,
          h(
            'div',
            { class: 'pg-muted' },
            (item.suffixes ?? []).map((/** @type {string} */ suffix) => `.${suffix}`).join(' '),
          ),
        ),
        h(
          'td',
          null,
          item.read
            ? tag(t('files.reads'), 'ok', item.brings)
            : h('span', { class: 'pg-muted' }, t('files.writes-only')),
        ),
        h('td', { class: 'pg-muted' }, item.cannot || ''),
        h(
          'td',
          { class: 'end' },
          h(
            'div',
            { class: 'pg-row end' },
            act(t('files.lost'), () => lost(app, item), {
              kind: 'quiet',
              title: t('files.lost.hint', { what: item.title }),
            }),
            act(t('files.save'), () => save(app, item), {
              icon: 'save',
              title: t('files.save.hint', { what: item.title }),
            }),
          ),
        ),
      ),
    );
  return sheet(
    t('files.export'),
    [t('files.format'), t('files.back'), t('files.cannot'), h('span', { class: 'pg-hidden' }, t('files.save'))],
    rows,
    'pg-formats',
  );
}

/** Save, after saying what is lost. @param {any} app @param {any} item */
async function save(app, item) {
  const { notes } = await app.api.get('/export/notes', { to: item.id });
  const bad = notes.filter((/** @type {any} */ note) => note.fate === 'lost');
  if (bad.length) {
    const go = await dialog({
      title: t('files.lost.of', { what: item.title }),
      wide: true,
      body: fates(notes),
      actions: [{ label: t('cancel') }, { label: t('files.save.anyway'), primary: true, run: () => 'go' }],
    });
    if (go !== 'go') return;
  }
  await app.api.download('/export', { to: item.id });
}

/** @param {any} app @param {any} item */
async function lost(app, item) {
  const { notes } = await app.api.get('/export/notes', { to: item.id });
  await dialog({
    title: t('files.lost.of', { what: item.title }),
    wide: true,
    body: notes.length ? fates(notes) : h('p', null, t('files.nothing-lost')),
  });
}

export default { id: 'files', mount };
