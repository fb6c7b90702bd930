// @ts-check
/** The conflict dialog for orders. */
import { html } from '../vendor/preact.js';
import { Conflict } from '../ui/conflict.js';

/**
 * @param {{change: ReturnType<typeof import('../lib/versioned.js').useVersioned<import('../api').Order>>,
 *   label: (field: string) => string, read?: (order: import('../api').Order) => import('../lib/versioned.js').Fields}} props
 */
export function OrderConflict({ change, label, read = (o) => ({ memo: o.memo }) }) {
  const { clash } = change;
  if (!clash) return null;
  const now = read(clash.current);
  return html`<${Conflict} busy=${change.busy} by=${clash.current.last_changed_by} at=${clash.current.last_changed_at}
    differences=${clash.fields.map((field) => ({ label: label(field), mine: String(clash.change[field] ?? ''), current: String(now[field] ?? '') }))}
    onOverwrite=${change.overwrite} onTake=${change.take} onCancel=${change.cancel} />`;
}
