export { type Engine, type EngineName, engineNames, type LoadEngineOptions, loadEngine } from './engine.ts'
export { cholesky, choleskySolve, triangularSolve } from './linalg/cholesky.ts'
export { inverse, type SolveOptions, solve } from './linalg/solve.ts'
export { type SymmetricEigen, symmetricEigen } from './linalg/symmetric-eigen.ts'
