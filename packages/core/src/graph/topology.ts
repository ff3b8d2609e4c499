/** A graph as the algorithms need it: the indices of the upstreams, by the index of a node. */
export type Edges = ReadonlyArray<ReadonlyArray<number>>

/** Reverses the edges: returns the indices of the downstream nodes, by the index of a node. O(nodes + edges). */
export const reverse = (upstreams: Edges): Array<Array<number>> => {
  const downstreams: Array<Array<number>> = upstreams.map(() => [])
  upstreams.forEach((ups, node) => {
    for (const up of ups) downstreams[up]?.push(node)
  })
  return downstreams
}

/**
 * Returns the level of every node: 0 without upstreams, otherwise one more than the deepest upstream. Nodes on a cycle or below
 * one have no level and are returned as `stuck`. Kahn's algorithm, O(nodes + edges).
 */
export const levels = (upstreams: Edges, downstreams: Edges) => {
  const level = new Array<number>(upstreams.length).fill(0)
  const waiting = upstreams.map((ups) => ups.length)
  const queue = waiting.flatMap((count, node) => (count === 0 ? [node] : []))
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] ?? 0
    for (const down of downstreams[node] ?? []) {
      level[down] = Math.max(level[down] ?? 0, (level[node] ?? 0) + 1)
      waiting[down] = (waiting[down] ?? 0) - 1
      if (waiting[down] === 0) queue.push(down)
    }
  }
  const stuck = waiting.flatMap((count, node) => (count > 0 ? [node] : []))
  return { level, stuck }
}

/**
 * Returns the cycles among the nodes without a level, each beginning with its smallest node. The walk follows stuck upstreams,
 * so it must return to a node that it has visited. Of cycles that share nodes, one is returned. O(nodes + edges).
 */
export const cycles = (upstreams: Edges, stuck: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> => {
  const isStuck = new Set(stuck)
  const walked = new Map<number, number>()
  const found: Array<ReadonlyArray<number>> = []
  for (const start of stuck) {
    const path: Array<number> = []
    let node: number | undefined = start
    while (node !== undefined && !walked.has(node)) {
      walked.set(node, start)
      path.push(node)
      node = upstreams[node]?.find((up) => isStuck.has(up))
    }
    if (node !== undefined && walked.get(node) === start) found.push(rotate(path.slice(path.indexOf(node))))
  }
  return found
}

/** Returns the nodes that can be reached from `from` along `edges` in at most `depth` steps, `from` included. */
export const reach = (edges: Edges, from: Iterable<number>, depth = Number.POSITIVE_INFINITY): Set<number> => {
  const seen = new Set(from)
  let frontier = [...seen]
  for (let step = 0; step < depth && frontier.length > 0; step++) {
    const next: Array<number> = []
    for (const node of frontier) {
      for (const neighbour of edges[node] ?? []) {
        if (!seen.has(neighbour)) {
          seen.add(neighbour)
          next.push(neighbour)
        }
      }
    }
    frontier = next
  }
  return seen
}

const rotate = (cycle: ReadonlyArray<number>): ReadonlyArray<number> => {
  const smallest = cycle.indexOf(cycle.reduce((least, node) => Math.min(least, node), Number.POSITIVE_INFINITY))
  return [...cycle.slice(smallest), ...cycle.slice(0, smallest)]
}
