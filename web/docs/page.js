// Shows the OpenAPI document of this host with our introduction in front of it.

const OPENAPI = '/openapi.json';
// What the introduction calls this host, so that its examples can be copied as they stand.
const EXAMPLE_HOST = 'https://chat.example';

// The languages of the code samples that are left out: few would look for them here.
const HIDDEN_SAMPLES = ['c', 'clojure', 'dart', 'fsharp', 'kotlin', 'objc', 'ocaml', 'powershell', 'r', 'swift'];

const reference = document.getElementById('reference');
const status = document.getElementById('status');
status.textContent = 'Loading the reference…';

const loading = Promise.all([
  load(OPENAPI).then((response) => response.json()),
  load(reference.dataset.introduction).then((response) => response.text()),
]);
const scriptsRun = new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve));

Promise.all([loading, scriptsRun])
  .then(([[openapi, introduction]]) => show(openapi, introduction))
  .catch((error) => {
    status.textContent = `The reference could not be loaded: ${error.message}`;
  });

async function load(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response;
}

function show(openapi, introduction) {
  if (!window.Scalar) throw new Error('a script of this page is missing');
  reference.replaceChildren();
  window.Scalar.createApiReference(reference, {
    content: introduced(openapi, introduction),
    authentication: { preferredSecurityScheme: keyScheme(openapi) },
    defaultOpenAllTags: true,
    hiddenClients: HIDDEN_SAMPLES,
    metaData: { title: document.title },
    orderSchemaPropertiesBy: 'preserve',
    // The document shown is changed here; the introduction links to the true one.
    documentDownloadType: 'none',
    // All that could speak to another host. The Content-Security-Policy refuses it too.
    agent: { disabled: true },
    hideClientButton: true,
    mcp: { disabled: true },
    persistAuth: false,
    showDeveloperTools: 'never',
    telemetry: false,
    withDefaultFonts: false,
  });
}

function introduced(openapi, introduction) {
  const words = [openapi.info.description, introduction.replaceAll(EXAMPLE_HOST, location.origin)];
  return {
    ...openapi,
    info: { ...openapi.info, title: document.title, description: words.filter(Boolean).join('\n\n') },
    servers: [{ url: location.origin, description: 'This host' }],
  };
}

/** The name the document gives to the `api-key` header, offered first where a key can be typed in. */
function keyScheme(openapi) {
  const schemes = Object.entries(openapi.components?.securitySchemes ?? {});
  return schemes.find(([, scheme]) => scheme.in === 'header' && scheme.name === 'api-key')?.[0];
}
