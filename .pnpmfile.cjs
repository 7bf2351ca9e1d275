// typedoc and knip call TypeScript's JavaScript interface, which version 7 has no more: they get a version 6 of their own.
const CALLERS = ['knip', 'typedoc']

module.exports = {
  hooks: {
    readPackage(manifest) {
      if (CALLERS.includes(manifest.name)) {
        delete manifest.peerDependencies.typescript
        manifest.dependencies.typescript = '^6.0.3'
      }
      return manifest
    },
  },
}
