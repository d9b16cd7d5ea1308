// A file without a picture of its own: its ending says more than a drawing would.
import sheet from 'lucide-static/icons/file.svg';
import { Icon } from '@parlour/ui/icon.tsx';

export function FileIcon({ name }: { name: string }) {
  const ending = /\.([a-z0-9]{1,4})$/i.exec(name)?.[1];
  return (
    <span class="file-icon" aria-hidden="true">
      {ending ? ending.toUpperCase() : <Icon svg={sheet} />}
    </span>
  );
}
