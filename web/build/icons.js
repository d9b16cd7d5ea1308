// `import path from 'lucide-static/icons/send.svg'` gives what is inside the `svg` element, without what is the same in all.
import { readFileSync } from 'node:fs';

export const icons = {
  name: 'icons',
  setup(build) {
    build.onLoad({ filter: /\.svg$/ }, ({ path }) => {
      const inside = /<svg[^>]*>([^]*)<\/svg>/.exec(readFileSync(path, 'utf8'));
      if (!inside) throw new Error(`${path} is no picture`);
      return { contents: inside[1].replace(/\s+/g, ' ').replaceAll(' />', '/>').replaceAll('> <', '><').trim(), loader: 'text' };
    });
  },
};
