// One picture in the line of the text. It says nothing to a screen reader: what it stands in has a name.
export interface IconProps {
  /** What is inside the `svg` element, as `import send from 'lucide-static/icons/send.svg'` gives it. */
  svg: string;
}

export function Icon({ svg }: IconProps) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      // eslint-disable-next-line no-restricted-syntax -- the build has put it in from our own pictures
      dangerouslySetInnerHTML={{ __html: svg }}
    />
  );
}
