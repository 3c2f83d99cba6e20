/** {@code millrace broker}: what brokers there are, what lies on them, and taking work away from one. */
package io.millrace.tools.broker;
