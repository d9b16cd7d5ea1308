// `import styles from './button.css?inline'` gives the rules as a text, for a style sheet that a script makes itself.
import { dirname, join } from 'node:path';

export const inline = {
  name: 'inline',
  setup(build) {
    build.onResolve({ filter: /\.css\?inline$/ }, ({ path, importer }) => ({
      path: join(dirname(importer), path.replace('?inline', '')),
      namespace: 'inline',
    }));
    build.onLoad({ filter: /./, namespace: 'inline' }, async ({ path }) => {
      const { outputFiles } = await build.esbuild.build({ entryPoints: [path], bundle: true, minify: true, write: false, logLevel: 'warning' });
      return { contents: outputFiles[0].text.trim(), loader: 'text', watchFiles: [path] };
    });
  },
};
