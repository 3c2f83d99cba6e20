/**
 * The admin client: one method per administrative request, a result per item.
 *
 * <p>Holds no state but its connections; every method may be called by any thread and returns at once. May import: {@code
 * client.net}, {@code client}, {@code protocol}; not Netty.
 */
package io.millrace.client.admin;
