// The calls that the demo's buttons make, and a few words about each.

type Call = [name: string, ...given: unknown[]];

export interface Group {
  title: string;
  calls: { label: string; call: Call }[];
}

export const GROUPS: Group[] = [
  {
    title: 'Open and close',
    calls: [
      { label: 'Open the chat', call: ['openChat', true] },
      { label: 'Minimize', call: ['minimizeWidget'] },
      { label: 'Hide', call: ['hide'] },
      { label: 'Show', call: ['show'] },
    ],
  },
  {
    title: 'The visitor',
    calls: [
      { label: 'Tell who it is', call: ['updateIntegrationData', { firstName: 'Anna', email: 'anna@example.com', plan: 'Pro' }] },
      { label: 'Forget it', call: ['setIntegrationData', null] },
      { label: 'Another page', call: ['pageView'] },
      { label: 'Automatic message', call: ['sendAutoMessage', 'Need help choosing? We are here.'] },
    ],
  },
  {
    title: 'Looks',
    calls: [
      { label: 'Green', call: ['setColors', { buttonBg: '#0b6e4f', visitorBubbleBg: '#0b6e4f' }] },
      { label: 'Plum', call: ['setColors', { buttonBg: '#7a2e6d', visitorBubbleBg: '#7a2e6d' }] },
      { label: 'As before', call: ['resetColors'] },
      { label: 'Bottom left', call: ['setButtonPosition', 'bl'] },
      { label: 'Right edge', call: ['setButtonPosition', 'rm'] },
      { label: 'Back', call: ['resetButtonPosition'] },
    ],
  },
];

/** The call as it is written in a page. */
export function written([name, ...given]: Call): string {
  const texts = [`'${name}'`, ...given.map((one) => (typeof one === 'string' ? `'${one}'` : literal(one)))];
  return `Parlour(${texts.join(', ')})`;
}

function literal(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const pairs = Object.entries(value).map(([name, one]) => `${name}: ${typeof one === 'string' ? `'${one}'` : String(one)}`);
  return `{ ${pairs.join(', ')} }`;
}

export function make(call: Call): void {
  (window as unknown as { Parlour: (...given: unknown[]) => void }).Parlour(...call);
}
