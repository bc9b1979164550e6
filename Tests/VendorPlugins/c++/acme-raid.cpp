// SPDX-License-Identifier: Apache-2.0
//
// An element in C++17. No exception may leave a function of the table: `guarded` catches all of them
// and fills the host's error. See dib_element.h for each call.
#include "dib_element.h"

#include <cerrno>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <initializer_list>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

DIB_MANIFEST("manifest.json");

namespace {

/// What the user is told: the message, what to do about it, and the element's own number.
struct Failure : std::exception {
    std::string message, hint;
    int32_t code;

    explicit Failure(std::string message, std::string hint = {}, int32_t code = 0)
        : message(std::move(message)), hint(std::move(hint)), code(code) {}
    const char *what() const noexcept override { return message.c_str(); }
};

/// Fills the host's error as far as the host knows its fields; the texts live until the process ends.
int32_t report(dib_error *error, const char *message, const char *hint, int32_t code) noexcept {
    if (DIB_HAS(error, code)) error->code = code;
    if (DIB_HAS(error, message)) error->message = strdup(message);
    if (DIB_HAS(error, hint) && *hint != '\0') error->hint = strdup(hint);
    return 1;
}

/// Runs `body`; whatever it throws ends here.
template <typename Body> int32_t guarded(dib_error *error, Body body) noexcept {
    try {
        body();
        return 0;
    } catch (const Failure &failure) {
        return report(error, failure.what(), failure.hint.c_str(), failure.code);
    } catch (const std::exception &failure) {
        return report(error, failure.what(), "", 0);
    } catch (...) {
        return report(error, "an exception of unknown type", "Report this to Acme.", 0);
    }
}

/// The host's services as C++ likes them.
class Host {
    const dib_host *table;

public:
    explicit Host(const dib_host *table) : table(table) {}

    void log(const std::string &text) const {
        table->log(table->state, DIB_LOG_INFO, text.c_str());
    }

    std::string parameter(const char *name) const {
        const char *text = table->parameter(table->state, name);
        return text == nullptr ? "" : text;
    }

    std::string value(const char *name) const {
        const char *text = table->value(table->state, name);
        if (text == nullptr) throw Failure("the build has no value '" + std::string(name) + "'");
        return text;
    }

    void publish(const char *name, const std::string &value) const {
        if (const int32_t failed = table->publish(table->state, name, value.c_str()))
            throw std::system_error(failed, std::generic_category(), "cannot publish");
    }

    /// Runs a program and returns its output when `flags` ask for it.
    std::string run(std::initializer_list<const char *> command, uint32_t flags = 0) const {
        std::vector<const char *> arguments(command);
        arguments.push_back(nullptr);
        dib_run_result result{};
        result.size = sizeof result;
        const int32_t failed =
            table->run(table->state, arguments.data(), nullptr, nullptr, flags, &result);
        if (failed != 0)
            throw std::system_error(failed, std::generic_category(), "cannot run");
        if (result.status != 0)
            throw Failure("'" + std::string(arguments[0]) + "' failed: exit status " +
                          std::to_string(result.status));
        if (result.output == nullptr) return {};
        return {result.output, result.output_length};
    }

    void write(const char *path, const std::string &text) const {
        const int flags = O_WRONLY | O_CREAT | O_TRUNC;
        const int file = table->open_target_file(table->state, path, flags, 0644);
        if (file < 0) throw std::system_error(-file, std::generic_category(), "cannot write");
        const ssize_t written = ::write(file, text.data(), text.size());
        int failed = 0;
        if (written != static_cast<ssize_t>(text.size())) failed = written < 0 ? errno : ENOSPC;
        if (::close(file) != 0 && failed == 0) failed = errno;
        if (failed != 0) throw std::system_error(failed, std::generic_category(), "cannot write");
    }
};

/// The element; made by `create`, deleted by `destroy`.
class Raid {
    Host host;
    unsigned long stripe;

    static unsigned long kibibytes(const std::string &text) {
        std::size_t end = 0;
        // Throws std::invalid_argument for what is no number.
        const unsigned long number = std::stoul(text, &end);
        if (text.substr(end) != "k" || number == 0)
            throw Failure("the stripe '" + text + "' is no number of KiB",
                          "Give a size such as 64k with --set acme-raid.stripe=64k.", 3);
        return number;
    }

public:
    explicit Raid(Host host) : host(host), stripe(kibibytes(host.parameter("stripe"))) {}
    ~Raid() { host.log("the array is closed"); }

    void install() {
        host.log("setting up the array");
        host.write("/etc/acme-raid.conf", "stripe=" + std::to_string(stripe * 1024) + "\n");
        host.run({"chmod", "0600", "/etc/acme-raid.conf"});
        host.publish("acme-raid.system", host.run({"cat", "/etc/os-release"}, DIB_RUN_CAPTURE));
    }

    void postRoot() {
        const char *const look = "test -e /etc/acme-raid.conf || echo outside";
        const std::string where = host.run({"sh", "-c", look}, DIB_RUN_CAPTURE);
        host.write("/etc/acme-raid.system", host.value("acme-raid.system") + where);
    }
};

int32_t create(const dib_host *host, void **element, dib_error *error) {
    return guarded(error, [&] { *element = new Raid(Host(host)); });
}

int32_t install(void *element, dib_error *error) {
    return guarded(error, [&] { static_cast<Raid *>(element)->install(); });
}

int32_t postRoot(void *element, dib_error *error) {
    return guarded(error, [&] { static_cast<Raid *>(element)->postRoot(); });
}

void destroy(void *element) { delete static_cast<Raid *>(element); }

const dib_hook hooks[] = {
    {sizeof(dib_hook), DIB_PHASE_INSTALL, install},
    {sizeof(dib_hook), DIB_PHASE_POST_ROOT, postRoot},
};

const dib_element table = {
    sizeof(dib_element),
    DIB_ABI,
    "acme-raid",
    create,
    sizeof hooks / sizeof hooks[0],
    sizeof hooks[0],
    hooks,
    destroy,
};

}  // namespace

const dib_element *dib_element_v1(const dib_host *host) {
    return host->abi == DIB_ABI ? &table : nullptr;
}
