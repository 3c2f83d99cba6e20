/**
 * The network: bytes to frames to requests, and answers back in request order, within bounds.
 *
 * <p>The road of a connection: {@link io.millrace.broker.net.FrameReader} (one right-sized buffer a frame) to {@link
 * io.millrace.broker.net.Connection} to {@link io.millrace.broker.net.Dispatch} (header, and who handles it: the event loop
 * itself, or by {@link io.millrace.broker.net.RequestQueue} a request worker, one request of a connection at a time) to the
 * handler; back by {@link io.millrace.broker.net.EncodedResponse}, {@link io.millrace.broker.net.Answers} (their order) and
 * sendfile.
 *
 * <p>The road to other brokers: {@link io.millrace.broker.net.NettyPeerClient} (which connection) to {@link
 * io.millrace.broker.net.PeerConnection} (requests out, answers matched in their order); back by {@link
 * io.millrace.broker.net.PeerFrames} and {@link io.millrace.broker.net.PeerAnswer} (whose the bytes are).
 *
 * <p>The only room that imports Netty. May import: api, replica (its PeerClient, no more), cluster, config,
 * metrics. What operators look at is in {@code net.admin}. Start at
 * {@link io.millrace.broker.net.NetworkServer}.
 */
package io.millrace.broker.net;
