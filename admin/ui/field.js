// @ts-check
/** Form fields: a label that stays, a hint, an error that is linked and read out. */
import { html, useId } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';

/** @typedef {import('../vendor/preact.js').ComponentChildren} Children */

/**
 * @param {{label: string, value: string, onInput: (value: string) => void, name?: string, error?: string, hint?: Children, type?: string,
 *   area?: boolean, rows?: number, options?: {value: string, label: string}[], required?: boolean, readOnly?: boolean, disabled?: boolean,
 *   convert?: (text: string) => string, inputmode?: string, autocomplete?: string, min?: string, max?: string, width?: string,
 *   onKeyDown?: (event: KeyboardEvent) => void, focus?: boolean, suffix?: string, placeholder?: string, mono?: boolean}} props
 */
export function Field(props) {
  const { label, value, onInput, error, hint, area, options, required, convert, suffix, width = '', mono } = props;
  const id = useId();
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined;
  const common = {
    id, autofocus: props.focus, name: props.name, value, required, disabled: props.disabled, placeholder: props.placeholder,
    'aria-invalid': error ? 'true' : undefined, 'aria-describedby': described, onKeyDown: props.onKeyDown,
    onInput: (/** @type {InputEvent} */ event) => onInput(/** @type {HTMLInputElement} */ (event.target).value),
  };
  // What was typed in full width is stored in half width; the field shows what will be stored.
  const onBlur = convert ? () => { const stored = convert(value); if (stored !== value) onInput(stored); } : undefined;
  return html`<div class=${`field ${width}`}>
    <label for=${id}>${label}${required ? html`<span class="required">${t('field.required')}</span>` : null}</label>
    ${options
      ? html`<select ...${common}>${options.map((o) => html`<option key=${o.value} value=${o.value} selected=${o.value === value}>${o.label}</option>`)}</select>`
      : area
        ? html`<textarea ...${common} rows=${props.rows ?? 3} readonly=${props.readOnly}></textarea>`
        : html`<span class="input-row"><input ...${common} class=${mono ? 'mono' : undefined} type=${props.type ?? 'text'} readonly=${props.readOnly}
            inputmode=${props.inputmode} autocomplete=${props.autocomplete ?? 'off'} min=${props.min} max=${props.max} onBlur=${onBlur} />
            ${suffix ? html`<span class="sub">${suffix}</span>` : null}</span>`}
    ${hint ? html`<p class="hint" id=${`${id}-hint`}>${hint}</p>` : null}
    ${error ? html`<p class="field-error" id=${`${id}-error`}>${error}</p>` : null}
  </div>`;
}

/** @param {{label: Children, checked: boolean, onChange: (checked: boolean) => void, hint?: Children, disabled?: boolean}} props */
export function Check({ label, checked, onChange, hint, disabled }) {
  return html`<label class="check"><input type="checkbox" checked=${checked} disabled=${disabled}
      onChange=${(/** @type {Event} */ event) => onChange(/** @type {HTMLInputElement} */ (event.target).checked)} />
    <span>${label}${hint ? html`<span class="hint">${hint}</span>` : null}</span></label>`;
}

/** One of a few, side by side. @param {{label: string, value: string, options: {value: string, label: Children}[], onChange: (value: string) => void}} props */
export function Choice({ label, value, options, onChange }) {
  const name = useId();
  return html`<fieldset class="choice"><legend>${label}</legend><div class="choice-row">${options.map((option) => html`<label key=${option.value}>
    <input type="radio" name=${name} value=${option.value} checked=${option.value === value} onChange=${() => onChange(option.value)} />
    <span>${option.label}</span></label>`)}</div></fieldset>`;
}

/** The server's words for each field. @param {import('../lib/api.js').ApiError | undefined} error @returns {Record<string, string>} */
export const fieldErrors = (error) =>
  Object.fromEntries((error?.fieldErrors ?? []).map(({ field, message }) => [field.split('.').at(-1) ?? field, message]));

/** After a refused form: the first wrong field. @param {HTMLElement | null | undefined} form */
export function focusFirstError(form) {
  requestAnimationFrame(() => /** @type {HTMLElement | null | undefined} */ (form?.querySelector('[aria-invalid="true"]'))?.focus());
}
