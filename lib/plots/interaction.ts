/** The selection of legend entries. */
const PICKED = 'picked';
/** How much of its opacity a series keeps while another one is picked. */
const FADED = 0.12;

/** What the pointer does to a chart in JupyterLab; a picture on disk has none of it. */
export interface Interaction {
  /** The names of the views whose two axes are moved. */
  readonly zoom: readonly string[];
  /** The field by which entries of the legend are picked, and the names of the views that have the legend. */
  readonly pick?: { readonly field: string; readonly views: readonly string[] };
}

/**
 * The parameters of a chart: dragging pans, Ctrl and the wheel (or a pinch) zooms, a double click goes back to the
 * whole; a click on an entry of the legend brings it to the fore, with Shift several. Axes of the same field move
 * together.
 */
export function interactive({ zoom, pick }: Interaction): object[] {
  // the wheel alone scrolls the notebook
  const wheel = 'wheel![event.ctrlKey || event.metaKey]';
  return [
    { name: 'shown', select: { type: 'interval', encodings: ['x', 'y'], zoom: wheel }, bind: 'scales', views: zoom },
    ...(pick
      ? [{ name: PICKED, select: { type: 'point', fields: [pick.field] }, bind: 'legend', views: pick.views }]
      : []),
  ];
}

/** The opacity of a series that may be picked. */
export function pickedOpacity(opacity: number): object {
  return { condition: { param: PICKED, value: opacity }, value: opacity * FADED };
}

/** The name of a layer that is only there for its tooltips. */
export function hoverLayer(name: string): string {
  return `hover ${name}`;
}
