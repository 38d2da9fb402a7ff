import dataSource from '../../ormconfig';
import { runCommand } from './errors';
import { migrationCommand } from './migration-command';

runCommand(() => migrationCommand(dataSource, process.argv));
