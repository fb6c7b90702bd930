// @ts-check
/** Ctrl+K: going anywhere by typing a few letters, kana or kanji. */
import { html, useId, useMemo, useState } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';
import { imeBusy } from '../lib/keyboard.js';
import { fold } from '../lib/search.js';
import { Dialog } from './dialog.js';
import { Icon } from './icons.js';

/** @typedef {{id: string, label: string, words?: string, icon: string, run: () => void, group: string, hint?: string}} Command */

const SHOWN = 12;

/** @param {{commands: Command[], search: (text: string) => Command[], onClose: () => void}} props */
export function Palette({ commands, search, onClose }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const found = useMemo(() => {
    const wanted = fold(text);
    const fitting = commands.filter((c) => !wanted || fold(`${c.label} ${c.words ?? ''}`).includes(wanted)).slice(0, SHOWN - 2);
    return [...fitting, ...(wanted ? search(text.trim()) : [])].slice(0, SHOWN);
  }, [text, commands, search]);
  const current = found[Math.min(at, found.length - 1)];
  const choose = (/** @type {Command | undefined} */ command) => {
    if (!command) return;
    onClose();
    command.run();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (imeBusy(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !found.length) return;
    event.preventDefault();
    setAt((Math.min(at, found.length - 1) + step + found.length) % found.length);
  };
  return html`<${Dialog} title=${t('palette.title')} bare onClose=${onClose} onSubmit=${() => choose(current)}>
    <div class="palette"><div class="palette-input"><${Icon} name="search" />
      <input type="text" role="combobox" aria-label=${t('palette.title')} placeholder=${t('palette.placeholder')} autocomplete="off" value=${text}
        aria-expanded="true" aria-controls=${id} aria-autocomplete="list" aria-activedescendant=${current ? `${id}-${current.id}` : undefined}
        onInput=${(/** @type {InputEvent} */ event) => { setText(/** @type {HTMLInputElement} */ (event.target).value); setAt(0); }} onKeyDown=${onKeyDown} /></div>
      <ul role="listbox" id=${id} aria-label=${t('palette.title')}>${found.map((command, i) => html`
        <li key=${command.id} id=${`${id}-${command.id}`} role="option" aria-selected=${command === current ? 'true' : 'false'}
          onMouseMove=${() => setAt(i)} onClick=${() => choose(command)}>
          <${Icon} name=${command.icon} size=${18} /><span class="grow">${command.label}</span>
          ${command.hint ? html`<kbd>${command.hint}</kbd>` : html`<span class="sub">${command.group}</span>`}</li>`)}</ul>
      ${found.length ? null : html`<p class="palette-none">${t('palette.none')}</p>`}</div><//>`;
}
