import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { areKeysShown, keys, listenForKeys } from "../state/keyboard.js";
import { Dialog } from "./Dialog.js";

/** Tells what the keys do. */
export function KeysDialog(): JSX.Element | null {
  useEffect(listenForKeys, []);
  if (!areKeysShown.value) return null;
  const close = (): void => {
    areKeysShown.value = false;
  };
  return (
    <Dialog title="Keys" onClose={close}>
      <dl class="keys">
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <div class="dialog-buttons">
        <button type="button" class="button" autofocus onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
