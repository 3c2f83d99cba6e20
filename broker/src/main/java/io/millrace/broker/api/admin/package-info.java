/**
 * The handlers that change and describe topics, settings and log directories.
 *
 * <p>May import: api, cluster, replica, log (values), config. Start at {@link
 * io.millrace.broker.api.admin.CreateTopicsHandler} and {@link io.millrace.broker.api.admin.ConfigCatalog}.
 */
package io.millrace.broker.api.admin;
