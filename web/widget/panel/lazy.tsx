// A component whose code is loaded when it is first shown. Until it is there, another one stands in its place, or nothing.
import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type * as Later from './later.ts';

type Module<Props> = { default: ComponentType<Props> };

/** `const Picker = lazy(() => import('./emoji/picker.tsx'))`, at the top of a file. */
export function lazy<Props extends object>(load: () => Promise<Module<Props>>, meanwhile: ComponentType<Props> | null = null): (props: Props) => JSX.Element | null {
  let loaded: ComponentType<Props> | null = null;
  return function Lazy(props) {
    const [, setLoaded] = useState(() => loaded);
    useEffect(() => {
      // Where the network breaks, it is loaded when it is shown the next time.
      if (!loaded) Promise.all([load(), style()]).then(([module]) => setLoaded(() => (loaded = module.default)), () => {});
    }, []);
    const Component = loaded ?? meanwhile;
    return Component && <Component {...props} />;
  };
}

/** `const Menu = later((module) => module.Menu)`: one of those that are loaded together. */
export function later<Props extends object>(choose: (module: typeof Later) => ComponentType<Props>, meanwhile?: ComponentType<Props>): (props: Props) => JSX.Element | null {
  return lazy(async () => ({ default: choose(await import('./later.ts')) }), meanwhile);
}

/** The styles of all such components, whose address the page knows. */
let styled: Promise<unknown> | null = null;

function style(): Promise<unknown> {
  return (styled ??= new Promise((resolve) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = document.querySelector<HTMLMetaElement>('[name="later"]')?.content ?? '';
    link.onload = link.onerror = resolve;
    document.head.append(link);
  }));
}
