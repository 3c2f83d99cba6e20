/** {@code millrace completion}: what shells need to finish words, the names of topics and groups included. */
package io.millrace.tools.completion;
