// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// A host in C whose table ends before most of the services: a plugin says which one it misses.
private let oldHost = """
    #include "dib_element.h"
    #include <dlfcn.h>
    #include <stddef.h>
    #include <stdio.h>
    static const char *parameter(void *state, const char *name) { return "write /file root"; }
    int main(int count, char **arguments) {
        void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
        if (!library) return puts(dlerror()), 1;
        static dib_host host = {.size = offsetof(dib_host, value), .parameter = parameter};
        dib_entry entry = (dib_entry)dlsym(library, DIB_ENTRY_SYMBOL);
        const dib_element *table = entry(&host);
        void *element;
        dib_error error = {.size = offsetof(dib_error, hint)};
        if (table->create(&host, &element, &error)) return puts(error.message), 1;
        int result = table->hooks[0].run(element, &error);
        printf("%d %s, hint %s\\n", result, error.message, error.hint ? "set" : "not set");
        host.abi = 1;
        puts(entry(&host) ? "taken" : "refused");
    }
    """

@Test func aPluginOnAnOlderHostSaysWhichServiceItMisses() throws {
    try TemporaryFolder.with("oldhost") { folder in
        let source = folder.appending("host.c")
        try TextFile.write(oldHost, to: source)
        let program = folder.appending("host").string
        let include = BuiltProducts.repository.appending("Sources/CElement/include").string
        try Command("cc", ["-w", "-I", include, source.string, "-o", program, "-ldl"])
            .checkedOutput()
        let plugin = BuiltProducts.folder.appending("libScribe.so").string
        #expect(
            try Command(program, [plugin]).checkedOutput() == """
                1 this version of dibhost does not offer the service 'open_target_file' to elements, hint not set
                refused

                """)
    }
}
