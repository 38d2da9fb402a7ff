import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Experiment, LearningEvent, RandomizedExperiment, SegmentedWeight } from '../../entities';
import { ControlGroupService } from './control-group.service';
import { ExperimentsService } from './experiments.service';
import { WeightsService } from './weights.service';
import './violations';

@Module({
  imports: [TypeOrmModule.forFeature([Experiment, RandomizedExperiment, SegmentedWeight, LearningEvent])],
  providers: [ControlGroupService, ExperimentsService, WeightsService],
  exports: [ControlGroupService, ExperimentsService, WeightsService],
})
export class ExperimentsModule {}
