/**
 * The language that brokers and clients share: error codes, ids, and what every message can do.
 *
 * <p>No sockets, no threads, no state. The messages themselves are generated from {@code src/main/schemas} into {@code
 * protocol.message}. May import: {@code protocol.wire}. Start at {@link io.millrace.protocol.ApiMessage} and {@link
 * io.millrace.protocol.ErrorCode}.
 */
package io.millrace.protocol;
