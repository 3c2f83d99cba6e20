/** What the micro-benchmarks share: scratch directories, batches, requests as bytes. Their numbers: docs/performance.md. */
package io.millrace.broker.bench;
