import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CompetitiveMention, Competitor } from '../../entities';
import { CompetitorsService } from './competitors.service';
import './violations';

@Module({
  imports: [TypeOrmModule.forFeature([Competitor, CompetitiveMention])],
  providers: [CompetitorsService],
  exports: [CompetitorsService],
})
export class CompetitorsModule {}
