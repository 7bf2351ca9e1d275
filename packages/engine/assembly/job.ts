// A job is a block of 32-bit words that every thread reads. Word 0 counts the chunks already taken; the others are
// the job's own parameters: addresses, sizes, strides in elements.

/** Parameter `i` of the job at `job`. */
export function word(job: usize, i: i32): i32 {
  return load<i32>(job + ((<usize>i) << 2))
}

/** Parameter `i` as an address. */
export function address(job: usize, i: i32): usize {
  return <usize>load<u32>(job + ((<usize>i) << 2))
}

/** Takes the next chunk of the job: threads that are quicker take more. */
export function nextChunk(job: usize): i32 {
  return atomic.add<i32>(job, 1)
}

/** The byte offset of element `i` of a float32 array; sizes reach beyond 2³¹ bytes. */
export function at(i: i32): usize {
  return (<usize>i) << 2
}
