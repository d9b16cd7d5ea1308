// What a chat needs only now and then, as one file that is loaded when the first of it is needed. Its styles are later.css.

export { Keys } from './keys.ts';
export { Jump } from './chat/jump.tsx';
export { Linked } from './chat/linked.tsx';
export { Typing } from './chat/typing.tsx';
export { ConsentGate } from './consent/gate.tsx';
export { loadPicker } from './emoji/picker.tsx';
export { default as Files } from './files/files.tsx';
export { DropZone } from './files/drop.tsx';
export { Tray } from './files/tray.tsx';
export { addFiles, clearUploads } from './files/upload.ts';
export { default as Viewer } from './files/viewer.tsx';
export { default as FormCard } from './form/form-card.tsx';
export { default as Menu } from './menu/menu.tsx';
export { sendAutoMessage, tellVisitor } from './page-calls.ts';
export { ratingOf } from './rating/due.ts';
export { default as RatingCard } from './rating/rating-card.tsx';
export { chime } from './sound.ts';
