// @ts-check
/** The menus of the canvas: of a thing, of the sheet, of aligning. */

import { pickType } from './palette.js';
import { pasteable } from './clipboard.js';
import { store } from './store.js';
import { t } from './words.js';

/** @param {import('./commands.js').Commands} commands @param {import('./canvas/board.js').Hit | null} hit @param {import('./canvas/route.js').Point} point */
export function contextItems(commands, hit, point) {
  const no = store.readOnly;
  if (!hit) {
    return [
      {
        label: t('menu.add-here'),
        icon: 'plus',
        disabled: no,
        run: () => {
          const rect = commands.board.host.getBoundingClientRect();
          pickType({ x: rect.left + 80, y: rect.top + 80 }, (type) => commands.add({ kind: 'element', type }, point));
        },
      },
      { label: t('paste'), icon: 'paste', key: 'Ctrl+V', disabled: no || !pasteable(), run: () => commands.paste() },
      null,
      { label: t('select-all'), key: 'Ctrl+A', run: () => commands.selectAll() },
      {
        label: t('arrange'),
        icon: 'arrange',
        disabled: no,
        run: () => {
          commands.arrange();
        },
      },
      { label: t('zoom.fit'), icon: 'fit', key: 'F', run: () => commands.pane.fit() },
    ];
  }
  const { id } = hit;
  const box = hit.kind !== 'wire';
  const group = hit.kind === 'outline' || commands.board.scene.nodes.get(id)?.group;
  return [
    { label: t('rename'), icon: 'rename', key: 'F2', disabled: no, run: () => commands.rename() },
    ...(group ? [{ label: t('drill'), icon: 'into', key: 'Alt+Enter', run: () => commands.drill() }] : []),
    ...(hit.kind === 'outline'
      ? []
      : [
          {
            label: t(store.entry(id)?.out_of_scope ? 'scope.in' : 'scope.out'),
            icon: 'eye',
            disabled: no,
            run: () => {
              commands.scope(id);
            },
          },
        ]),
    ...(hit.kind === 'wire'
      ? [
          { label: t('flow.turn'), icon: 'gateway', disabled: no, run: () => commands.turn(id) },
          { label: t('flow.straighten'), icon: 'flow', disabled: no, run: () => commands.straighten(id) },
        ]
      : []),
    null,
    { label: t('copy'), icon: 'copy', key: 'Ctrl+C', run: () => commands.copy() },
    { label: t('duplicate'), key: 'Ctrl+D', disabled: no || !box, run: () => commands.duplicate() },
    ...(commands.boxes().length > 1 ? [null, ...alignItems(commands)] : []),
    null,
    { label: t('menu.threats'), icon: 'risks', run: () => commands.app.dock.open('threats') },
    { label: t('remove'), icon: 'trash', key: 'Del', danger: true, disabled: no, run: () => commands.remove() },
  ];
}

/** @param {import('./commands.js').Commands} commands */
export function alignItems(commands) {
  const kinds = [
    'align-left',
    'align-center',
    'align-right',
    'align-top',
    'align-middle',
    'align-bottom',
    null,
    'distribute-h',
    'distribute-v',
  ];
  return kinds.map((kind) =>
    kind
      ? {
          label: t(kind),
          icon: kind,
          disabled: kind.startsWith('distribute') && commands.boxes().length < 3,
          run: () => commands.align(kind),
        }
      : null,
  );
}
