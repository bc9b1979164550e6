# Placeholder targets grow with the project; `make test` is what CI calls.
CONFIGURATION ?= release
.PHONY: build test
build:
	swift build -c $(CONFIGURATION)
test:
	swift test -c $(CONFIGURATION)
