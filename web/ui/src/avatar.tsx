// The face of somebody: a picture of our own server, or the first letters of the name.
import { useState } from 'preact/hooks';

export interface AvatarProps {
  name: string;
  picture?: string | null | undefined;
}

export function Avatar({ name, picture }: AvatarProps) {
  const [failed, setFailed] = useState<string | null>(null);
  const isShown = picture && picture !== failed && isOwn(picture);
  return (
    <span class="avatar" aria-hidden="true">
      {isShown ? <img src={picture} alt="" loading="lazy" decoding="async" onError={() => setFailed(picture)} /> : initials(name)}
    </span>
  );
}

/** The first letters of the first and the last word: `Ana María Ruiz` is AR. */
export function initials(name: string): string {
  const letters = name.split(/\s+/).flatMap((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? []);
  return letters.filter((_, index) => !index || index === letters.length - 1).join('').toLocaleUpperCase();
}

/** A picture from elsewhere would tell that place who reads here. */
function isOwn(picture: string): boolean {
  try {
    return new URL(picture, location.href).origin === location.origin;
  } catch {
    return false;
  }
}
