/**
 * How settings are read. Knows no setting: every room declares its own and keeps them in a config record.
 *
 * <p>May import: the JDK. Start at {@link io.millrace.broker.config.Setting}, then {@link
 * io.millrace.broker.config.Settings}.
 */
package io.millrace.broker.config;
