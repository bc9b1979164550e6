// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Plugins in Swift in hosts, written in C, that are older or newer than their ElementAPI.
@Suite struct HostVersionTests {
    private static let start = """
        #include "dib_element.h"
        #include <dlfcn.h>
        #include <stddef.h>
        #include <stdio.h>
        static const char *parameter(void *state, const char *name) { return "write /file root"; }
        static int32_t refuse(void *state, const char *path, int32_t flags, uint32_t mode) { return -13; }

        """

    /// Its table ends before most of the services: a plugin says which one it misses.
    private static let older = """
        int main(int count, char **arguments) {
            void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
            if (!library) return puts(dlerror()), 1;
            static dib_host host = {.size = offsetof(dib_host, value), .abi = DIB_ABI, .parameter = parameter};
            dib_entry entry = (dib_entry)dlsym(library, DIB_ENTRY_SYMBOL);
            const dib_element *table = entry(&host);
            void *element;
            dib_error error = {.size = offsetof(dib_error, hint)};
            if (table->create(&host, &element, &error)) return puts(error.message), 1;
            int result = table->hooks[0].run(element, &error);
            printf("%d %s, hint %s\\n", result, error.message, error.hint ? "set" : "not set");
            host.abi = 2;
            puts(entry(&host) ? "taken" : "refused");
        }
        """

    /// Its tables are longer than the plugin knows: it leaves alone what it does not know.
    private static let newer = """
        struct longer_host { dib_host host; void (*more[4])(void); };
        struct longer_error { dib_error error; const char *place; };
        int main(int count, char **arguments) {
            void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
            if (!library) return puts(dlerror()), 1;
            static struct longer_host longer = {{.size = sizeof longer, .abi = DIB_ABI, .parameter = parameter,
                .open_target_file = refuse}};
            dib_entry entry = (dib_entry)dlsym(library, DIB_ENTRY_SYMBOL);
            const dib_element *table = entry(&longer.host);
            void *element;
            struct longer_error longer_error = {{.size = sizeof longer_error}, "untouched"};
            dib_error *error = &longer_error.error;
            if (table->create(&longer.host, &element, error)) return puts(error->message), 1;
            int result = table->hooks[0].run(element, error);
            printf("%d %s, %s\\n", result, error->message, longer_error.place);
            if (DIB_HAS(table, destroy)) table->destroy(element);
        }
        """

    /// What the host prints of a hook of Scribe.
    private static func output(of host: String) throws -> String {
        try TemporaryFolder.with("host") { folder in
            let source = folder.appending("host.c")
            try TextFile.write(start + host, to: source)
            let program = folder.appending("host").string
            let include = BuiltProducts.repository.appending("Sources/CElement/include").string
            try Command("cc", ["-w", "-I", include, source.string, "-o", program, "-ldl"])
                .checkedOutput()
            let plugin = BuiltProducts.folder.appending("libScribe.so").string
            return try Command(program, [plugin]).checkedOutput()
        }
    }

    @Test func aPluginOnAnOlderHostSaysWhichServiceItMisses() throws {
        #expect(
            try Self.output(of: Self.older) == """
                1 this version of dibhost does not offer the service 'open_target_file' to elements, hint not set
                refused

                """)
    }

    @Test func aPluginOnANewerHostLeavesAloneWhatItDoesNotKnow() throws {
        let text = try Self.output(of: Self.newer)
        #expect(text == "1 cannot write '/file' in the target tree: Permission denied, untouched\n")
    }
}
