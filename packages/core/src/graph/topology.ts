/** What the algorithms need of a graph: upstream indices by node index. Names and values stay outside. */
export type Edges = ReadonlyArray<ReadonlyArray<number>>

/** Turns the arrows around: downstream indices by node index. O(nodes + edges). */
export const reverse = (upstreams: Edges): Array<Array<number>> => {
  const downstreams: Array<Array<number>> = upstreams.map(() => [])
  upstreams.forEach((ups, node) => {
    for (const up of ups) downstreams[up]?.push(node)
  })
  return downstreams
}

/**
 * The level of every node, where a node without upstreams is at 0 and any other one below its deepest upstream, and the
 * nodes that no level can be given to: those on a cycle or below one. Kahn's algorithm, O(nodes + edges).
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
 * The cycles among nodes that could not be levelled, each as its nodes from the smallest one on, one cycle per knot: the
 * walk follows stuck upstreams, so it must come back to where it was. O(nodes + edges).
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

/** All that can be reached from `from` along `edges`, itself included, at most `depth` steps away. */
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
