package io.millrace.generator;

/**
 * An API: its key, and its two messages.
 *
 * @param served the versions that a broker of this project accepts, a part of the request's
 */
public record ApiSchema(int key, String name, VersionRange served, MessageSchema request, MessageSchema response) {}
