/**
 * The admin port: a small HTTP server for those who watch the broker. It answers GET and HEAD, knows nothing of what its
 * pages say, and has bounds for everything that a client may do.
 *
 * <p>May import: config, Netty. Start at {@link io.millrace.broker.net.admin.AdminServer}.
 */
package io.millrace.broker.net.admin;
