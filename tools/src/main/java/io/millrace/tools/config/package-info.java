/** {@code millrace config}: settings of topics and brokers. */
package io.millrace.tools.config;
