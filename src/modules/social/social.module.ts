import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Author, CommunityChampion, Decision, Post, Reply } from '../../entities';
import { CompetitorsModule } from '../competitors/competitors.module';
import { ExperimentsModule } from '../experiments/experiments.module';
import { ChampionsService } from './champions.service';
import { DecisionsService } from './decisions.service';
import { PostsService } from './posts.service';
import { RepliesService } from './replies.service';
import './violations';

@Module({
  imports: [
    TypeOrmModule.forFeature([Author, Post, Decision, Reply, CommunityChampion]),
    CompetitorsModule,
    ExperimentsModule,
  ],
  providers: [ChampionsService, DecisionsService, PostsService, RepliesService],
  exports: [ChampionsService, DecisionsService, PostsService, RepliesService],
})
export class SocialModule {}
