// Nothing here imports a module of Node: it runs in a browser too.
export { cholesky, choleskySolve, triangularSolve } from './cholesky.ts'
export { inverse, type SolveOptions, solve } from './solve.ts'
export { type SymmetricEigen, symmetricEigen, symmetricEigenvalues } from './symmetric-eigen.ts'
