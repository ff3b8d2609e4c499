// Vitest runs this file before each test file. A worker loads what it imports once.
import "./equality.ts"
