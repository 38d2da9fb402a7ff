#!/usr/bin/env node
require('@entity-backend/seeding/command');
