/** A node of the treap: ordered by (start, owner order), heap-ordered by priority. */
interface Node<T> {
  start: string;
  /** Exclusive; null: unbounded. */
  end: string | null;
  owners: Set<T>;
  /** The greatest end in this subtree; null: unbounded. */
  maxEnd: string | null;
  priority: number;
  left: Node<T> | null;
  right: Node<T> | null;
}

/**
 * Half-open intervals of binary strings, each with its owners; finds those that contain a key in
 * time that grows with the logarithm of their number.
 *
 * A treap ordered by start and end, each node knowing the greatest end below it. Priorities come
 * from a generator of its own with a fixed seed: balance needs them spread, not secret.
 */
export class IntervalTree<T> {
  #root: Node<T> | null = null;
  #seed = 0x9e3779b9;
  #size = 0;

  /** How many distinct intervals there are. */
  get size(): number {
    return this.#size;
  }

  add(start: string, end: string | null, owner: T): void {
    this.#root = this.#insert(this.#root, start, end, owner);
  }

  remove(start: string, end: string | null, owner: T): void {
    this.#root = this.#remove(this.#root, start, end, owner);
  }

  /** Calls back for every owner of every interval that contains the key; an owner may come twice. */
  visitContaining(key: string, visit: (owner: T) => void): void {
    visitNode(this.#root, key, visit);
  }

  #insert(node: Node<T> | null, start: string, end: string | null, owner: T): Node<T> {
    if (!node) {
      this.#size++;
      const priority = this.#nextPriority();
      return {
        start,
        end,
        owners: new Set([owner]),
        maxEnd: end,
        priority,
        left: null,
        right: null,
      };
    }
    const order = compareIntervals(start, end, node);
    if (order === 0) {
      node.owners.add(owner);
      return node;
    }
    if (order < 0) {
      node.left = this.#insert(node.left, start, end, owner);
      update(node);
      return node.left.priority > node.priority ? rotateRight(node, node.left) : node;
    }
    node.right = this.#insert(node.right, start, end, owner);
    update(node);
    return node.right.priority > node.priority ? rotateLeft(node, node.right) : node;
  }

  #remove(node: Node<T> | null, start: string, end: string | null, owner: T): Node<T> | null {
    if (!node) return null;
    const order = compareIntervals(start, end, node);
    if (order === 0) {
      node.owners.delete(owner);
      if (node.owners.size > 0) return node;
      this.#size--;
      return merge(node.left, node.right);
    }
    if (order < 0) node.left = this.#remove(node.left, start, end, owner);
    else node.right = this.#remove(node.right, start, end, owner);
    update(node);
    return node;
  }

  #nextPriority(): number {
    this.#seed ^= this.#seed << 13;
    this.#seed ^= this.#seed >>> 17;
    this.#seed ^= this.#seed << 5;
    return this.#seed;
  }
}

function visitNode<T>(node: Node<T> | null, key: string, visit: (owner: T) => void): void {
  if (!node || (node.maxEnd !== null && node.maxEnd <= key)) return;
  visitNode(node.left, key, visit);
  if (node.start > key) return;
  if (node.end === null || key < node.end) for (const owner of node.owners) visit(owner);
  visitNode(node.right, key, visit);
}

function compareIntervals<T>(start: string, end: string | null, node: Node<T>): number {
  if (start !== node.start) return start < node.start ? -1 : 1;
  if (end === node.end) return 0;
  if (end === null) return 1;
  if (node.end === null) return -1;
  return end < node.end ? -1 : 1;
}

function laterEnd(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return null;
  return a > b ? a : b;
}

function update<T>(node: Node<T>): void {
  let maxEnd = node.end;
  if (node.left) maxEnd = laterEnd(maxEnd, node.left.maxEnd);
  if (node.right) maxEnd = laterEnd(maxEnd, node.right.maxEnd);
  node.maxEnd = maxEnd;
}

function rotateRight<T>(node: Node<T>, left: Node<T>): Node<T> {
  node.left = left.right;
  left.right = node;
  update(node);
  update(left);
  return left;
}

function rotateLeft<T>(node: Node<T>, right: Node<T>): Node<T> {
  node.right = right.left;
  right.left = node;
  update(node);
  update(right);
  return right;
}

function merge<T>(left: Node<T> | null, right: Node<T> | null): Node<T> | null {
  if (!left) return right;
  if (!right) return left;
  if (left.priority > right.priority) {
    left.right = merge(left.right, right);
    update(left);
    return left;
  }
  right.left = merge(left, right.left);
  update(right);
  return right;
}
