/**
 * The program that the build of millrace-protocol runs: message schemas in, one Java record per message out.
 *
 * <p>Knows the schema notation and Java source text, nothing of the running system. Start at {@link
 * io.millrace.generator.Generate}, then {@link io.millrace.generator.SchemaParser} (the notation is described there) and
 * {@link io.millrace.generator.MessageWriter}.
 */
package io.millrace.generator;
