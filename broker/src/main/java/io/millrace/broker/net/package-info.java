/**
 * The network: bytes to frames to requests, and answers back in request order, within bounds.
 *
 * <p>The road of a connection: {@link io.millrace.broker.net.FrameReader} (one right-sized buffer a frame) to {@link
 * io.millrace.broker.net.Connection} (header, order of answers) to {@link io.millrace.broker.net.RequestQueue} (one
 * request of a connection at a time, on a request worker) to the handler; back by {@link
 * io.millrace.broker.net.EncodedResponse} and sendfile. The only room that imports Netty. May import: api, config. Start at
 * {@link io.millrace.broker.net.NetworkServer}.
 */
package io.millrace.broker.net;
